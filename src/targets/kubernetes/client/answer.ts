import { createGunzip } from 'node:zlib';
import { answerTooLarge } from './errors.ts';
import { TransportError } from './transport.ts';
import type { TransportAnswer } from './transport.ts';

/** The text of an answer, unpacked. @throws FairleadError `kubernetes.answer-too-large`; TransportError */
export function readText(
  answer: TransportAnswer,
  limits: { readonly maxBytes: number; readonly resource: string },
): Promise<string> {
  return header(answer, 'content-encoding') === 'gzip'
    ? readPacked(answer, limits)
    : readPlain(answer, limits);
}

/** One header, or nothing. */
export function header(answer: Pick<TransportAnswer, 'headers'>, name: string): string {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

interface Limits {
  readonly maxBytes: number;
  readonly resource: string;
}

function tooLarge({ maxBytes, resource }: Limits) {
  return answerTooLarge({
    message: `the answer for ${resource} has more than ${Math.floor(maxBytes / 1024 / 1024)} MiB`,
    resource,
  });
}

function readPlain(answer: TransportAnswer, limits: Limits): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.body.read({
      data: (chunk) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= limits.maxBytes) return;
        answer.body.cancel();
        reject(tooLarge(limits));
      },
      end: () => {
        const only = chunks.length === 1 ? chunks[0] : undefined;
        resolve((only ?? Buffer.concat(chunks)).toString('utf8'));
      },
      error: reject,
    });
  });
}

function readPacked(answer: TransportAnswer, limits: Limits): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const unpack = createGunzip();
    const fail = (error: Error): void => {
      answer.body.cancel();
      unpack.destroy();
      reject(error);
    };
    unpack.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > limits.maxBytes) fail(tooLarge(limits));
    });
    unpack.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    unpack.once('error', (cause) => fail(new TransportError('the answer is damaged', true, cause)));
    unpack.on('drain', () => answer.body.resume());
    answer.body.read({
      data: (chunk) => {
        if (!unpack.write(chunk)) answer.body.pause();
      },
      end: () => unpack.end(),
      error: fail,
    });
  });
}
