import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/*
 * A backup ends with a line that names the SHA-256 of all bytes before it. SQLite does not look behind its last page, and
 * finds a damaged page only where its structure is damaged: a bit of a text that has changed would come back as the truth.
 */

const word = '\nfairlead backup, sha256 of all before this line: ';

/** Bytes of the line, which is always as long. */
export const sealBytes = word.length + 64 + 1;

/** Appends the line to a file, and waits until the disk has it. */
export async function seal(file: string): Promise<void> {
  const line = sealOf(await digestOf(file, (await stat(file)).size));
  const handle = await open(file, 'a');
  try {
    await handle.writeFile(line);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether a file ends with the line of the bytes before it. */
export async function isSealed(file: string): Promise<boolean> {
  const size = (await stat(file)).size - sealBytes;
  if (size < 0) return false;
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(sealBytes), 0, sealBytes, size);
    return buffer.toString('latin1') === sealOf(await digestOf(file, size));
  } finally {
    await handle.close();
  }
}

function sealOf(digest: string): string {
  return `${word}${digest}\n`;
}

async function digestOf(file: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes > 0)
    for await (const chunk of createReadStream(file, { end: bytes - 1 })) hash.update(chunk);
  return hash.digest('hex');
}
