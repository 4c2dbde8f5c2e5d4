import type { MessageState } from '#contracts';
import { isTerminal } from './message-state.js';

/** What recipients have of a referral: one that ended without arriving gives way to a later one to the same recipient. @param messages of the referral and then of its copies */
export const standing = <M extends { readonly recipient: string; readonly state: MessageState }>(
  messages: readonly M[],
): readonly M[] =>
  messages.filter(
    ({ recipient, state }, at) =>
      !isTerminal(state) || messages.slice(at + 1).every((later) => later.recipient !== recipient),
  );
