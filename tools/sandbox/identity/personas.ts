/** A test person of the sandbox's identity provider. No password: whoever opens its page may be any of them. */
export interface Persona {
  /** `sub` at its issuer, and what stands before the @ of its affiliation. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** Ten digits. */
  readonly organisation: string;
  readonly acr: string;
}

/** By what it is known to whoever logs it in: `user@organisation`, as in Sweden Connect's attribute. */
export const affiliationOf = ({ id, organisation }: Pick<Persona, 'id' | 'organisation'>): string =>
  `${id}@${organisation}`;

export const SANDBOX_LOA3 = 'http://id.elegnamnden.se/loa/1.0/loa3';
export const SANDBOX_LOA2 = 'http://id.elegnamnden.se/loa/1.0/loa2';

const persona = (id: string, name: string, role: string, organisation: string, acr = SANDBOX_LOA3): Persona => ({
  id,
  name,
  role,
  organisation,
  acr,
});

/** By issuer: the last part of its path, which is the slug of the participant it is pinned to; `granskning` is that of the auditors. */
export const PERSONAS: Readonly<Record<string, readonly Persona[]>> = {
  linkoping: [
    persona('test-hanna', 'Hanna Testhandläggare', 'handläggare, Linköpings kommun', '2120000449'),
    persona('test-hugo', 'Hugo Testhandläggare', 'handläggare, Linköpings kommun', '2120000449'),
    persona('test-ada', 'Ada Testadministratör', 'administratör, Linköpings kommun', '2120000449'),
    persona('test-lena', 'Lena Testhandläggare', 'handläggare utan uppdrag, Linköpings kommun', '2120000449'),
    persona('test-lo', 'Lo Testhandläggare', 'inloggad med tillitsnivå 2', '2120000449', SANDBOX_LOA2),
  ],
  sodertalje: [persona('test-sara', 'Sara Testhandläggare', 'handläggare, Södertälje kommun', '2120000159')],
  fk: [persona('test-frida', 'Frida Testhandläggare', 'handläggare, Försäkringskassan', '2021005521')],
  granskning: [
    persona('test-rut', 'Rut Testgranskare', 'granskare, Inspektionen för vård och omsorg', '2021006537'),
    persona('test-rune', 'Rune Testgranskare', 'granskare, Linköpings kommuns revision', '2120000449'),
  ],
};
