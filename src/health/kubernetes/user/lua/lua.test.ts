import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../model/json.ts';
import { healthOrder } from '../../../../model/status.ts';
import { compileLua } from './lua.ts';

function judge(script: string, object: JsonObject = {}) {
  const compiled = compileLua(script);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  return compiled.value(object);
}

/** What an expression gives, as text. */
function valueOf(expression: string, before = ''): string {
  return judge(`${before}\nreturn { status = "Healthy", message = tostring(${expression}) }`)
    .message;
}

const script = `
hs = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for i, condition in ipairs(obj.status.conditions) do
    if condition.type == "Ready" and condition.status == "False" then
      hs.status = "Degraded"
      hs.message = condition.message
      return hs
    end
    if condition.type == "Ready" and condition.status == "True" then
      hs.status = "Healthy"
      hs.message = condition.message
      return hs
    end
  end
end
hs.status = "Progressing"
hs.message = "Waiting for certificate"
return hs
`;

describe('a script in the style of Argo CD', () => {
  test.each([
    [{}, 'Progressing', 'Waiting for certificate'],
    [
      { status: { conditions: [{ type: 'Ready', status: 'False', message: 'no' }] } },
      'Degraded',
      'no',
    ],
    [
      { status: { conditions: [{ type: 'Ready', status: 'True', message: '– ✓' }] } },
      'Healthy',
      '– ✓',
    ],
  ])('%j is %s', (object, status, message) => {
    expect(judge(script, object as JsonObject)).toEqual({ status, message });
  });

  test('may leave the message out', () => {
    expect(judge('return { status = "Suspended" }')).toEqual({
      status: 'Suspended',
      message: 'its Lua script says Suspended',
    });
  });

  test.each([
    ['return nil', 'its Lua script does not return a table with a status'],
    ['return { status = "Fine" }', 'its Lua script returns "Fine", which is no health status'],
    ['return {}', 'its Lua script returns "nil", which is no health status'],
    [
      'local x = 1\nreturn obj.status.phase',
      'its Lua script failed in line 2: attempt to index a nil value (field status)',
    ],
    ['return nothing()', 'its Lua script failed in line 1: attempt to call a nil value (nothing)'],
    ['\nerror("no luck")', 'its Lua script failed in line 2: no luck'],
    ['local t = 1 .. {}', 'its Lua script failed in line 1: attempt to concatenate a table value'],
    [
      'local function f() return f() + 1 end\nreturn f()',
      'its Lua script failed in line 1: stack overflow',
    ],
  ])('that goes wrong is Unknown: %j', (source, message) => {
    expect(judge(source)).toEqual({ status: 'Unknown', message });
  });

  test('that is not Lua is refused with its line', () => {
    expect(compileLua('local x = 1\nif x == then end')).toEqual({
      ok: false,
      problem: { message: "is not Lua: <expression> expected near 'then'", line: 2 },
    });
    expect(compileLua('('.repeat(16_000)).ok).toBe(false);
    expect(compileLua(' '.repeat(20_000)).ok).toBe(false);
  });

  test('starts anew for each object', () => {
    const compiled = compileLua(
      'n = (n or 0) + 1 obj.x = n return { status = "Healthy", message = n }',
    );
    const object = { x: 0 };
    for (let at = 0; at < 2; at += 1)
      expect(compiled.ok && compiled.value(object)).toEqual({ status: 'Healthy', message: '1' });
    expect(object).toEqual({ x: 0 });
  });
});

describe('Lua', () => {
  test.each([
    ['1 + 2 * 3 ^ 2 - 10 / 4', '16.5'],
    ['-7 % 3', '2'],
    ['"10" + 5', '15'],
    ['1 .. ""', '1'],
    ['1 / 3', '0.33333333333333'],
    ['1 / 0', 'inf'],
    ['2 ^ 53', '9007199254740992'],
    ['not nil == true', 'true'],
    ['nil and 1 or "no"', 'no'],
    ['0 and "zero is true"', 'zero is true'],
    ['"a" < "b"', 'true'],
    ['#"é"', '2'],
    ['#{1, 2, 3}', '3'],
    ['({1, 2, key = "v", [5] = 5}).key', 'v'],
    ['type(print)', 'nil'],
    ['type(nil)', 'nil'],
    ['tonumber("0x10") + tonumber("ff", 16)', '271'],
    ['tostring(tonumber("ten"))', 'nil'],
    ['select("#", 1, nil, 3)', '3'],
    ['(select(2, "a", "b", "c"))', 'b'],
    ['unpack({1, 2, 3}, 2)', '2'],
    ['table.concat({1, 2, 3}, "-")', '1-2-3'],
    ['table.getn({1, 2})', '2'],
    ['next({})', 'nil'],
    ['math.floor(2.7) + math.max(1, 5, 3)', '7'],
    ['pcall(error, "x")', 'false'],
  ])('%s is %s', (expression, text) => {
    expect(valueOf(expression)).toBe(text);
  });

  test.each([
    ['("hello world"):find("o w")', '5'],
    ['("a.b"):find(".", 1, true)', '2'],
    ['("hello"):sub(-3, -2)', 'll'],
    ['("key = value"):match("^(%w+)%s*=%s*(%w+)$")', 'key'],
    ['("x123y"):match("%d+")', '123'],
    ['("[tag]"):match("%[(.-)%]")', 'tag'],
    ['("f(a(b)c)d"):match("%b()")', '(a(b)c)'],
    ['("THE (quick) fox"):find("%f[%a]%a+%f[%A]")', '1'],
    ['("abab"):gsub("a", "%0%0")', 'aabaab'],
    ['("$name is"):gsub("%$(%w+)", { name = "Lua" })', 'Lua is'],
    ['("abc"):gsub("%w", function(c) return c:upper() .. "." end)', 'A.B.C.'],
    ['("abc"):gsub("", "-")', '-a-b-c-'],
    [
      'string.format("%5.1f|%-4d|%03d|%s|%x|%%", 3.14159, 7, 7, "x", 255):gsub(" ", "_")',
      '__3.1|7___|007|x|ff|%',
    ],
    ['string.rep("ab", 3)', 'ababab'],
    ['("abc"):byte(2)', '98'],
    ['("Provisioning x"):find("^Provisioning") ~= nil', 'true'],
    ['("aaa"):find("a-b")', 'nil'],
    ['("2024-01-02"):match("(%d+)-(%d+)-(%d+)")', '2024'],
    ['("abcabc"):match("(a)bc%1")', 'a'],
    ['("hi"):match("()i")', '2'],
  ])('texts: %s is %s', (expression, text) => {
    expect(valueOf(expression)).toBe(text);
  });

  test.each([
    ['s', 'local s = 0 for i = 10, 1, -3 do s = s + i end', '22'],
    ['s', 'local s = "" for k, v in pairs({a = 1, b = 2}) do s = s .. k .. v end', 'a1b2'],
    ['s', 'local s = 0 while true do s = s + 1 if s > 4 then break end end', '5'],
    ['s', 'local s = 0 repeat local done = s >= 3 s = s + 1 until done', '4'],
    [
      's',
      'local s = 0 for i = 1, 5 do if i % 2 == 0 then goto continue end s = s + i ::continue:: end',
      '9',
    ],
    ['a .. b', 'local a, b = 1, 2 a, b = b, a', '21'],
    ['f(2, 3, 4)', 'local function f(a, ...) local n = select("#", ...) return a * n end', '4'],
    ['t:add(2)', 'local t = { n = 40 } function t:add(x) return self.n + x end', '42'],
    ['f()()', 'local function f() local n = 1 return function() n = n + 1 return n end end', '2'],
    ['t[1] .. t[3]', 'local t = { "c", "a", "b" } table.sort(t)', 'ac'],
    [
      't[1].n',
      'local t = { {n=1}, {n=2} } table.sort(t, function(a, b) return a.n > b.n end)',
      '2',
    ],
    ['#t .. t[1]', 'local t = { 1, 2 } table.insert(t, 1, 0) table.remove(t)', '20'],
    ['#t', 'local t = {} t[2] = 2 t[1] = 1 t[3] = 3 t[3] = nil', '2'],
    ['n', 'local n = 0 for w in ("a bb ccc"):gmatch("%a+") do n = n + #w end', '6'],
  ])('statements: %s after %j is %s', (expression, before, text) => {
    expect(valueOf(expression, before)).toBe(text);
  });
});

describe('a script that never ends or takes all memory', () => {
  test.each([
    'while true do end',
    'pcall(function() while true do end end) return { status = "Healthy" }',
    'local s = "x" while true do s = s .. s end',
    'return { status = "Healthy", message = ("x"):rep(1e9) }',
    'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) end',
    'local s = ("x"):rep(900) return { status = s:gsub("", ("y"):rep(9000)) }',
    'return { status = ("a"):rep(5000):find((".-"):rep(20) .. "b") }',
    'local t = {} for i = 1, 500 do t[i] = ("x"):rep(9000) end return { status = table.concat(t) }',
    'local function f(n) if n > 0 then f(n - 1) f(n - 1) end end f(90)',
    'for k in pairs(obj) do for k in pairs(obj) do for k in pairs(obj) do end end end',
    'return { status = string.format("%s", string.rep("x", 1e8)) }',
  ])('is ended and Unknown: %s', (source) => {
    const keys = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at]));
    expect(judge(source, keys)).toEqual({
      status: 'Unknown',
      message: 'its Lua script failed: it takes more than 50000 steps or makes too long a text',
    });
  });
});

test('a script finds nothing that leads out of it, to chance or to time', () => {
  for (const name of [
    'os',
    'io',
    'require',
    'package',
    'debug',
    'load',
    'loadstring',
    'dofile',
    'loadfile',
    'getfenv',
    'setfenv',
    'collectgarbage',
    'print',
    '_G',
    'js',
    'constructor',
    '__proto__',
  ])
    expect(valueOf(`type(${name})`)).toBe('nil');
  expect(valueOf('type(math.random)')).toBe('nil');
  expect(valueOf('("x").constructor')).toBe('nil');
  expect(valueOf('({}).constructor')).toBe('nil');
});

test('any text is refused or gives one of the words for health, and never throws', () => {
  const words = [
    'obj',
    '.',
    'status',
    '"a"',
    '1',
    'if',
    'then',
    'end',
    'return',
    '{',
    '}',
    '(',
    ')',
    '..',
    '==',
    'nil',
    'for',
    'in',
    'pairs',
    'do',
    'local',
    'x',
    '=',
    '#',
    'function',
    ':',
    'find',
    ',',
  ];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((all) => all.join(' ')),
      ),
      (source) => {
        const compiled = compileLua(source);
        const status = compiled.ok ? compiled.value({ status: { a: 1 } }).status : 'Unknown';
        expect(healthOrder).toContain(status);
      },
    ),
    { numRuns: 2000 },
  );
});
