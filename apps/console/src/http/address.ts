/** @param path of a page, perhaps with a query */
export const withParameters = (path: string, parameters: Readonly<Record<string, string | undefined>>): string => {
  const [at = '', query = ''] = path.split('?');
  const address = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parameters))
    if (value === undefined) address.delete(name);
    else address.set(name, value);
  const said = address.toString();
  return said === '' ? at : `${at}?${said}`;
};
