import manifest from '../../package.json' with { type: 'json' };

/** Of this program; daemons and clients tell it to each other for messages only. */
export const version: string = manifest.version;

/** Raised by one whenever a message changes its meaning; old and new programs then refuse each other. */
export const protocolVersion = 2;
