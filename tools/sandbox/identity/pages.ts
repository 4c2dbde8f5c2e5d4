import type { Persona } from './personas.js';

const page = (title: string, body: string): string => `<!DOCTYPE html>
<html lang="sv">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}button{font:inherit;display:block;width:100%;margin:.5rem 0;padding:.75rem;text-align:left}</style>
</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>`;

const safe = (text: string): string => text.replace(/[&<>"']/g, (found) => `&#${String(found.codePointAt(0))};`);

/** Where one chooses whom to be. */
export const choicePage = (issuer: string, personas: readonly Persona[]): string =>
  page(
    `Test-IdP: ${safe(issuer)}`,
    `<p>Testpersoner i sandlådan. Ingen av dem finns, och ingen har lösenord.</p><form method="post">${personas
      .map(
        ({ id, name, role }) =>
          `<button name="person" value="${safe(id)}"><strong>${safe(name)}</strong><br>${safe(role)}</button>`,
      )
      .join('')}<button name="person" value="">Avbryt</button></form>`,
  );

/** @param form of oidc-provider, that ends the session when it is sent */
export const goodbyePage = (form: string): string =>
  page('Logga ut ur Test-IdP', `${form}<button form="op.logoutForm" name="logout" value="yes">Logga ut</button>`);
