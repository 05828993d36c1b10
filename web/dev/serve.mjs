// Development server: `npm run dev [-- --port 5173 --tracks 2000 --built]`.
//
// Serves the page, with hot reload or as built, over a made-up epoch and a made-up node, so that the page
// can be worked on without a chain. It proves nothing about the real service; tests/e2e does.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createServer as createVite } from "vite";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    tracks: { type: "string", default: "2000" },
    built: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "../api/page");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const server = createServer((request, response) => void handle(request, response));
const vite = await createVite({
  root,
  appType: "spa",
  logLevel: "warn",
  server: { middlewareMode: true, hmr: values.built ? false : { server }, watch: values.built ? null : {} },
});
const { MadeService } = await vite.ssrLoadModule("/dev/service.ts");
server.listen(Number(values.port), "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const service = new MadeService(Number(values.tracks), origin);
console.log(origin);

async function handle(request, response) {
  const url = new URL(request.url, origin);
  const answer =
    url.pathname === "/rpc" ? service.call(JSON.parse(await textOf(request))) : service.answer(url);
  if (answer !== null) {
    response.writeHead(answer.status, { "content-type": answer.type });
    response.end(answer.body);
  } else if (values.built) await sendFile(url.pathname, response);
  else vite.middlewares(request, response);
}

async function textOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function sendFile(path, response) {
  const file = join(built, path === "/" ? "index.html" : path);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile() || !file.startsWith(built)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
}
