/** Members or invites have changed after the offset that the caller of `join` knew. Nothing was written. */
export class AdmissionChanged extends Error {
  /** Offset of the last entry that changed members or invites. */
  readonly offset: number

  constructor(offset: number) {
    super('members or invites have changed')
    this.name = 'AdmissionChanged'
    this.offset = offset
  }
}
