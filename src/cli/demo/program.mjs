import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';

// The demo's shop: `api` sells what its configuration says, `web` shows it on a page.

const { VERSION, PORT, CONFIG, DATABASE, PAGE, API } = process.env;

/** What there is to buy, read anew each time. */
function offer() {
  const { product, price } = JSON.parse(readFileSync(CONFIG, 'utf8'));
  return { version: VERSION, pid: process.pid, product, price };
}

/** Version 2 was written for a database. Whether there is one shows only where it runs. */
function reachDatabase() {
  return new Promise((resolve, reject) => {
    if (DATABASE === undefined) return resolve();
    const [host, port] = DATABASE.split(':');
    const socket = connect({ host, port: Number(port) }, () => socket.end(resolve));
    socket.on('error', () => reject(new Error(`no database at ${DATABASE}`)));
  });
}

const roles = {
  api: async (path) => {
    await reachDatabase();
    return path === '/healthz' ? 'ok' : JSON.stringify(offer());
  },
  web: async (path) => {
    if (path === '/healthz') return 'ok';
    const answer = await fetch(`http://127.0.0.1:${API}/offer`);
    const { product, price } = await answer.json();
    return readFileSync(PAGE, 'utf8').replace('{{offer}}', `${product}: ${price} EUR`);
  },
};

const answer = roles[process.argv[2]];
createServer((request, response) => {
  answer(request.url).then(
    (body) => response.end(body),
    (error) => {
      console.log(error.message);
      response.writeHead(503).end(error.message);
    },
  );
}).listen(Number(PORT), '127.0.0.1', () => console.log(`version ${VERSION} on port ${PORT}`));
