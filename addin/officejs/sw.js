// The pane's own files as they were last served: the functions of the workbook answer although the service is away.
const STORE = "linkstar-addin";
const PATIENCE = 5000; // ms for the service; it stands on this computer
const scope = /** @type {any} */ (self);

scope.addEventListener("install", () => scope.skipWaiting());
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));

/** The service first, so that an update shows at once; what it last gave where it does not answer. */
async function served(request) {
  const store = await caches.open(STORE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) await store.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await store.match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

scope.addEventListener("fetch", (event) => {
  const at = new URL(event.request.url), own = new URL(scope.registration.scope);
  if (event.request.method === "GET" && at.origin === own.origin && at.pathname.startsWith(own.pathname)) event.respondWith(served(event.request));
});
