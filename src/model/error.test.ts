import { expect, test } from 'vitest';
import {
  defineError,
  errorFromRecord,
  errorRecord,
  toFairleadError,
  withAdvice,
  type ErrorClass,
} from './error.ts';

const define = (errorClass: ErrorClass) =>
  defineError('test.reason', { class: errorClass, title: 'Something', hint: 'Do something.' });

test.each<[ErrorClass, boolean]>([
  ['input', false],
  ['denied', false],
  ['bug', false],
  ['conflict', true],
  ['transient', true],
  ['unknown-outcome', true],
])('an error of class %s is retried: %s', (errorClass, retryable) => {
  expect(define(errorClass)({ message: 'what' }).retryable).toBe(retryable);
});

test('an error crosses the store or a process as data and comes back as it was', () => {
  const error = define('conflict')({ message: 'what', resource: 'File/index', hint: 'Try this.' });
  const record = errorRecord(error);
  expect(JSON.parse(JSON.stringify(error))).toEqual(record);
  expect(errorRecord(errorFromRecord(record))).toEqual(record);
});

test('what nobody declared is a bug, told with its own words', () => {
  const error = toFairleadError(new RangeError('too far'));
  expect(error).toMatchObject({ code: 'internal.unexpected', class: 'bug', message: 'too far' });
  expect(error.cause).toBeInstanceOf(RangeError);
  expect(toFairleadError('just text').message).toBe('just text');
  expect(toFairleadError(error)).toBe(error);
});

test('what was ended from outside is no bug, whoever ended it', () => {
  const controller = new AbortController();
  controller.abort();
  expect(toFairleadError(controller.signal.reason)).toMatchObject({
    code: 'internal.interrupted',
    class: 'transient',
    message: 'it was ended before it was done',
  });
  const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  expect(toFairleadError(late)).toMatchObject({
    code: 'internal.interrupted',
    message: 'it was not done in time',
  });
  const why = define('denied')({ message: 'a hold was set' });
  expect(toFairleadError(new DOMException('x', { name: 'AbortError', cause: why }))).toBe(why);
  const wrapped = Object.assign(new Error('The operation was aborted', { cause: why }), {
    name: 'AbortError',
  });
  expect(toFairleadError(wrapped)).toBe(why);
});

test('what happened and what to do are two sentences, with one full stop between them', () => {
  expect(withAdvice({ message: 'It failed.', hint: 'Try again.' })).toBe('It failed. Try again.');
  expect(withAdvice({ message: 'It failed', hint: 'Try again.' })).toBe('It failed. Try again.');
});
