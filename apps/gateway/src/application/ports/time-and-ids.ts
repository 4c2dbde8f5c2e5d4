export type Now = () => Date;

/** Fresh UUID, lower case. */
export type NewId = () => string;
