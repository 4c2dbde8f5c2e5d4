/** @param type e.g. `correction/1` */
export const isCorrection = (type: string): boolean => type.startsWith('correction/');
