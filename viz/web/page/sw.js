// Keeps the page's own files, so that it opens without a network after the first visit. A newer version takes
// over when no page of this one is open: its files fit together only with each other.

const ours = `glassgrad ${registration.scope} `, own = `${ours}@version@`, files = @files@;

const fill = async () => {
  const cache = await caches.open(own);
  await cache.addAll(files.map((name) => new Request(name, { cache: 'reload' })));
};
const clean = async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith(ours) && name !== own);
  await Promise.all(old.map((name) => caches.delete(name)));
};
const answer = async (request) => {
  const cache = await caches.open(own);
  return await cache.match(request, { ignoreSearch: true }) ?? fetch(request);
};

addEventListener('install', (event) => event.waitUntil(fill()));
addEventListener('activate', (event) => event.waitUntil(clean()));
addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
