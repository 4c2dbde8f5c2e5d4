/** How many variants of each mutation are made, and whether a table is wanted: `DELGE_MUTANTS`, a number; 2 without it. */
export const variantsWanted = (): { readonly variants: number; readonly table: boolean } => {
  const asked = process.env['DELGE_MUTANTS'];
  return { variants: asked === undefined ? 2 : Number(asked), table: asked !== undefined };
};
