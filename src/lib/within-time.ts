/**
 * Waits for the work, but not longer than `limitMs`: gives whether it was done by then, and rejects as it does. Work that
 * is late goes on unheard. The wait keeps the process alive, so that what comes after it is done even when the work hangs
 * without a handle.
 */
export async function withinTime(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
