import type { RecordDisclosureDto, SubmitReferralDto } from '#contracts';
import { stockholmDate } from '#legal-basis';

/** What a crime report says, told the police by telephone instead. @param at when */
export const toldByTelephone = (referral: SubmitReferralDto, at: Date): RecordDisclosureDto => {
  const { to, type: _type, content: _content, attachments: _files, ...rest } = referral;
  return {
    ...rest,
    recipient: to[0]?.authority ?? '',
    declarations: {
      freeText: { disclosed: ['crime-suspicion', 'company-operations'], reason: ['observation'] },
    },
    content: {
      channel: 'telephone',
      disclosedOn: stockholmDate(at),
      receivedBy: 'vakthavande befäl',
      subjects: [{ name: 'Tolvan Bulvansson', personalIdentityNumber: '196703143435', protection: 'none' }],
      disclosed: 'Elva ansökningar om bistånd till hyra bygger på hyreskontrakt för lägenheter som inte finns.',
      reason: 'Utbetalningen skulle göras samma dag.',
    },
    askedBy: 'Tian Provberg, vakthavande befäl i polisregion Mitt',
    identityCheck: 'call-back',
    office: 'enhetschef',
    officer: 'UPS-SCN-004',
    at: at.toISOString(),
  };
};
