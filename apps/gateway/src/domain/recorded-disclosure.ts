/** Message type by which a disclosure that was made another way is checked and described; nothing is sent as it. */
export const RECORDED_TYPE = 'recorded-disclosure/1';
