import { randomBytes } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { permitted } from './stack.js';

/** Unmistakable words, one for each place of a referral in which something could stand that others must not read. */
export class Canaries {
  readonly run = randomBytes(6).toString('hex');
  readonly words: Record<string, string> = {};

  at(place: string): string {
    return (this.words[place] ??= `Kanarie${Object.keys(this.words).length}q${this.run}`);
  }

  /** A referral that is permitted, with a word of its own in every text that a system may write. */
  marked(): { readonly system: string; readonly recipient: string; readonly referral: SubmitReferralDto } {
    const { system, recipient, referral } = permitted();
    const text = JSON.parse(JSON.stringify(referral)) as {
      content: {
        subject: { name: string };
        provider: { name: string };
        assistants: { name: string }[];
        circumstances: string;
      };
      registration: { diaryNumber: string; subject: string; secrecyMark: string };
      assessments: { officer: string; reasons: string }[];
    };
    text.content.subject.name = this.at('subject');
    text.content.provider.name = this.at('provider');
    text.content.assistants.forEach((assistant, at) => (assistant.name = this.at(`assistant ${at}`)));
    text.content.circumstances = `Vid hembesök: ${this.at('circumstances')}.`;
    text.registration.diaryNumber = this.at("sender's diary number");
    text.registration.subject = this.at('subject line');
    text.registration.secrecyMark = this.at('secrecy mark');
    text.assessments.forEach((assessment, at) => {
      assessment.officer = this.at(`officer ${at}`);
      assessment.reasons = `Skäl: ${this.at(`reasons ${at}`)}.`;
    });
    return { system, recipient, referral: text as unknown as SubmitReferralDto };
  }
}
