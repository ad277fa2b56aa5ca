// Shows a folder to the browser of this machine, and to nobody else: for looking, not for hosting.
//
//     node serve.mjs FOLDER [PORT]
//
// Where the port is taken, any free one.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const [folder, port = '8080'] = process.argv.slice(2);
const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript',
                '.json': 'application/json', '.wasm': 'application/wasm', '.png': 'image/png',
                '.svg': 'image/svg+xml' };

// The file that is asked for, or null.
function fileOf(address) {
  try {
    const path = decodeURIComponent(new URL(address, 'http://localhost').pathname);
    const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    return statSync(file).isFile() ? file : null;
  } catch {
    return null;  // no such file, or no address
  }
}

const server = createServer((request, response) => {
  const file = fileOf(request.url);
  if (file === null) {
    response.writeHead(404).end('not found\n');
    return;
  }
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
});
server.on('error', (error) => {
  if (error.code === 'EADDRINUSE') {
    server.listen(0, '127.0.0.1');
    return;
  }
  console.error(`port ${port}: ${error.message}; name another one behind the folder`);
  process.exit(4);
});
server.on('listening', () => {
  console.log(`http://127.0.0.1:${server.address().port}/  (Ctrl-C ends it)`);
});
server.listen(Number(port), '127.0.0.1');
