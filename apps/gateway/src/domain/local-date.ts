const stockholm = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Stockholm',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** Local date in Europe/Stockholm, `YYYY-MM-DD`: the law counts days there. */
export const stockholmDate = (at: Date): string => stockholm.format(at);
