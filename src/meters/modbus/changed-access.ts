import type { LineAccess } from './line-access.ts';
import type { Ask } from './request.ts';

/** The same line, asked in another way. */
export function withAsk(access: LineAccess, ask: Ask): LineAccess {
  return {
    ask,
    connected: () => access.connected(),
    get sentAt() {
      return access.sentAt;
    },
  };
}
