/* Loaded into functions that are to live later than it is, by STAND_IN_LATER seconds. */
const ahead = Number(process.env.STAND_IN_LATER) * 1_000;
const SystemDate = Date;

globalThis.Date = class extends SystemDate {
  constructor(...given) {
    super(...(given.length > 0 ? given : [SystemDate.now() + ahead]));
  }

  static now() {
    return SystemDate.now() + ahead;
  }
};
