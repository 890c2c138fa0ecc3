/** So often an open page asks for itself again, and so long it waits for the answer. Milliseconds. */
const PAUSE = 3_000;
const PATIENCE = 10_000;

/**
 * The script of the status page. It replaces what the page shows, so that neither the place where the reader is nor the
 * language is lost; says so when the daemon does not answer; and goes on asking until it does. A newer daemon's page
 * brings its own style and script: then it loads itself anew.
 */
export const RENEWAL = `
const codeOf = (page) => page.querySelector('style').textContent + page.querySelector('script').textContent;
async function renew() {
  try {
    const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(${PATIENCE}) });
    if (!answer.ok) throw new Error('answer ' + answer.status);
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (codeOf(next) !== codeOf(document)) return location.reload();
    document.title = next.title;
    document.body.replaceChildren(...next.body.childNodes);
    document.body.classList.remove('lost');
  } catch {
    document.body.classList.add('lost');
  }
  setTimeout(renew, ${PAUSE});
}
setTimeout(renew, ${PAUSE});
`;
