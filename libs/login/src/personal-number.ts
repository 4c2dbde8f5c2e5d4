/** Ten digits that could be a person's: the third is 0 or 1 in a month, and 2 or more in an organisation's number. */
const PERSONAL_NUMBER = /^(?:18|19|20)?\d{2}[01]\d{3}[-+]?\d{4}$/;

/** Whether an id of a person, before any `@` of their organisation, is a personal number: these are not stored, whoever gives one. */
export const isPersonalNumber = (id: string): boolean => {
  const at = id.lastIndexOf('@');
  return PERSONAL_NUMBER.test(at === -1 ? id : id.slice(0, at));
};
