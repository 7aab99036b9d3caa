import { unavailable } from './errors.ts';
import { Lines } from './lines.ts';
import { queue } from './queue.ts';
import type { TransportAnswer } from './transport.ts';

/** A longer line is cut up. Bytes. */
const maxLineBytes = 256 * 1024;

/** So many lines that nobody has taken yet, and the server has to wait. */
const maxWaiting = 1_000;

/** Lines of an answer as they come. Ends the answer when nobody takes them any more. */
export async function* readLog(answer: TransportAnswer, resource: string): AsyncIterable<string> {
  const waiting = queue<string>();
  let count = 0;
  const lines = new Lines();
  const push = (line: string): void => {
    count += 1;
    waiting.push(line);
  };
  answer.body.read({
    data: (chunk) => {
      lines.push(chunk).forEach(push);
      if (lines.restBytes > maxLineBytes) push(lines.flush());
      if (count > maxWaiting) answer.body.pause();
    },
    end: () => {
      const rest = lines.flush();
      if (rest !== '') push(rest);
      waiting.end();
    },
    error: (cause) =>
      waiting.fail(unavailable({ message: `${resource}: ${cause.message}`, resource, cause })),
  });
  try {
    for await (const line of waiting) {
      yield line;
      count -= 1;
      if (count === maxWaiting) answer.body.resume();
    }
  } finally {
    answer.body.cancel();
  }
}
