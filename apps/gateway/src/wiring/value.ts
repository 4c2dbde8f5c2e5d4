import type { Provider } from '@nestjs/common';

/** What Nest gives to whoever asks for that class. */
export const value = (provide: new (...args: never[]) => object, useValue: object): Provider => ({
  provide,
  useValue,
});
