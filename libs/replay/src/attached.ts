import { isDeclarable, isFreeText } from '#legal-basis';

/** An item of claims that nobody has looked at yet. */
export interface ClaimedItem {
  readonly id?: unknown;
  readonly dataCategory?: unknown;
}

/**
 * Whether something was said of what an attachment can hold. A file is free text: it can say anything, and inherits no category in
 * silence. So it holds at least one part of a free text, with a category that is asked for secrecy, or one of which nothing was
 * declared, for which an officer answers.
 * @param items ids of what the attachment holds
 * @param known the claims' items by id
 */
export const holdsFreeText = (
  items: readonly string[],
  known: { readonly get: (id: string) => ClaimedItem | undefined },
): boolean =>
  items.some((id) => {
    const category = known.get(id)?.dataCategory;
    return (
      category === 'undeclared-free-text' ||
      (isFreeText({ id }) && typeof category === 'string' && isDeclarable(category))
    );
  });
