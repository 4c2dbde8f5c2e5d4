/** Makes an auditor's nonce here, and gives the form its digest alone (docs/auditor.md). */
const base64url = (octets) =>
  btoa(String.fromCharCode(...octets))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** @returns 32 random octets and their SHA-256, both base64url */
export const nonceMade = async () => {
  const octets = crypto.getRandomValues(new Uint8Array(32));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', octets));
  return { nonce: base64url(octets), digest: base64url(digest) };
};

/** @param {ParentNode} page */
export const offerNonce = (page) => {
  const box = page.querySelector('[data-nonce]');
  // Without a secure context there is no digest to be had.
  if (box === null || globalThis.crypto?.subtle === undefined) return;
  const [make, made, own, save, told, digest] = ['make', 'made', 'own', 'save', 'told', 'digest'].map((part) =>
    page.querySelector(`[data-nonce-${part}]`),
  );
  box.hidden = false;
  const give = async () => {
    const one = await nonceMade();
    digest.value = one.digest;
    own.value = one.nonce;
    URL.revokeObjectURL(save.href);
    save.href = URL.createObjectURL(new Blob([`${one.nonce}\n`], { type: 'text/plain' }));
    made.hidden = false;
    told.textContent = told.dataset.nonceTold;
  };
  make.addEventListener('click', () => void give());
};
if (typeof document !== 'undefined') offerNonce(document);
