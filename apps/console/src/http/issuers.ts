/** Identity providers that auditors log in at. */
export class Issuers {
  constructor(readonly all: readonly { readonly issuer: string; readonly name: string }[]) {}
}
