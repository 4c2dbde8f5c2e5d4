/** The time as pages need it. */
export class Now {
  constructor(private readonly ms: () => number) {}

  date(): Date {
    return new Date(this.ms());
  }
}
