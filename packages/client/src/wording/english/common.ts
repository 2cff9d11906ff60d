export const common = {
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  copy: 'Copy',
  copied: 'Copied',
  someone: 'someone',
  /** A span of time. */
  span: (minutes: number, seconds: number): string =>
    minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds} s`,
}
