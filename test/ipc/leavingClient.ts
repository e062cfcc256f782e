import { connect } from 'node:net';
import { FrameKind, Link } from '../../src/ipc/link.ts';

// Connects, waits until it is written to, writes a frame, leaves and says so: `node leavingClient.ts <socket>`.
const socket = connect(process.argv[2] ?? '');
const link = new Link(socket);
link.onFrame(FrameKind.screen, () => {
  link.sendFrame(FrameKind.input, Buffer.from('y'));
  link.close();
});
socket.once('finish', () => setImmediate(() => process.stdout.write('left')));
link.start();
