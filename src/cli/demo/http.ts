import { get } from 'node:http';

const withinMs = 2_000;

/** The body of a page. @throws Error when there is none: nobody listens, or an answer other than 200. */
export function getText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: withinMs }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${response.statusCode ?? 'no status'}: ${body}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${withinMs} ms`)));
    request.on('error', reject);
  });
}
