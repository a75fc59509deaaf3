// Starts the page once it has been painted, so that nothing to be seen waits for it.

requestAnimationFrame(() => setTimeout(() => import("./page.js")));
