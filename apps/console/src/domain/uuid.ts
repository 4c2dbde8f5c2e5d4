/** RFC 9562 sections 4.1 and 4.2, in small letters: with a version and its variant, so that neither the nil nor the max UUID is one. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
