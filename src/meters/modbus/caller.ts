import type { Socket } from 'node:net';
import { type Introduction, introduction, type Registration } from './registration.ts';

const LONGEST_REGISTRATION = 256;
/** Milliseconds without a byte after which a text is taken to be whole, where it could still go on. */
const WHOLE_AFTER = 250;

/** Either who it is, with what it said behind its registration; or what it said instead. */
export type Introduced<R extends Registration> =
  | NonNullable<Introduction<R>['known']>
  | { readonly unknown: Buffer }
  | 'silent'
  | 'gone';

/**
 * Waits until a caller has said who it is, at most `patience` ms. The socket is paused then, and nothing is lost that
 * came behind the registration.
 */
export function introduced<R extends Registration>(
  socket: Socket,
  registrations: readonly R[],
  patience: number,
): Promise<Introduced<R>> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    let whole: NodeJS.Timeout | undefined;
    const settle = (result: Introduced<R>) => {
      clearTimeout(late);
      clearTimeout(whole);
      socket.off('data', heard).off('close', gone).pause();
      resolve(result);
    };
    const gone = () => settle('gone');
    const judge = (isWhole: boolean) => {
      const { known, mayGrow } = introduction(bytes, registrations);
      const isTooLong = bytes.length > LONGEST_REGISTRATION;
      if (known && (isWhole || !mayGrow)) settle(known);
      else if (isTooLong || (isWhole && !mayGrow)) settle({ unknown: bytes.subarray(0, LONGEST_REGISTRATION) });
    };
    const heard = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      clearTimeout(whole);
      whole = setTimeout(judge, WHOLE_AFTER, true);
      judge(false);
    };
    const late = setTimeout(() => settle(bytes.length > 0 ? { unknown: bytes } : 'silent'), patience);
    socket.on('data', heard).on('close', gone);
  });
}
