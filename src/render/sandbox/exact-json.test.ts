import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InexactNumber, parseExactJson } from './exact-json.ts';

test('JSON is what it always was', () => {
  fc.assert(
    fc.property(
      fc.json().filter((text) => !/\d{16}/.test(text)),
      fc.constantFrom('', '1234567890123456'),
      (text, careful) => {
        const whole = `[${text}, "${careful}"]`;
        expect(parseExactJson(whole)).toEqual(JSON.parse(whole));
      },
    ),
  );
});

test.each(['9007199254740993', '-9007199254740992', '12345678901234567890', '1e999'])(
  'the number %s is refused, wherever it stands',
  (number) => {
    expect(() => parseExactJson(number)).toThrow(InexactNumber);
    expect(() => parseExactJson(`{"a": [{"b": ${number}}]}`)).toThrow(number);
  },
);

test.each(['9007199254740991', '"12345678901234567890"', '1.2345678901234567', '1e+21', '-0'])(
  '%s is kept',
  (text) => {
    expect(parseExactJson(`[${text}]`)).toEqual([JSON.parse(text)]);
  },
);
