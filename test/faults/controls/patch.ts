/**
 * Replaces a method by another, so that a service that is started with one of these files (`node --import`) lacks one protection. Nothing of the product knows of
 * it: there is no switch that could be set in earnest.
 * @throws {Error} when the class has no such method: then nothing would be taken off, and the control would prove nothing
 */
export const patch = <F extends (...args: never[]) => unknown>(
  type: { readonly prototype: object; readonly name: string },
  method: string,
  by: (original: F) => F,
): void => {
  const known: unknown = Reflect.get(type.prototype, method);
  if (typeof known !== 'function')
    throw new Error(`${type.name} has no method ${method}: this control takes nothing off`);
  Reflect.set(type.prototype, method, by(known as F));
};
