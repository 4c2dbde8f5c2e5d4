import type { NoteCode } from '#legal-basis';

const NOTES: Readonly<Record<NoteCode, true>> = {
  TEXT_CONFIRMATION_PASSED: true,
  REGISTER_LAW_UNREAD: true,
  SECRECY_AT_RECIPIENT_MAY_BE_WEAKER: true,
  TEXT_NOT_CERTAIN: true,
  READING_UNCONFIRMED: true,
};

/** Whether a line of a verdict is a note: it stands among the codes, and stopped nothing. @param line `CODE basis provision detail`, or the code alone */
export const isNote = (line: string): boolean => Object.hasOwn(NOTES, line.split(' ')[0] ?? '');
