import manifest from '../../package.json' with { type: 'json' };

/** Version of this program; daemons and clients exchange it for messages only. */
export const version: string = manifest.version;

/** Raised by one whenever a message changes its meaning; old and new programs then refuse each other. */
export const protocolVersion = 2;
