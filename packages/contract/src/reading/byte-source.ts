import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { refuse } from '../format/refusals.ts';
import { reason } from '../trust/statement.ts';

/** Bytes with random access: an open file or memory. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes; throws when there are fewer. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens a path or takes bytes; refuses what is no regular file (a pipe would hang the reader) with ARCHIVE_REFUSED. */
export async function openBytes(file: string | Uint8Array): Promise<ByteSource> {
  return typeof file === 'string' ? openFile(file) : openMemory(file);
}

async function openFile(path: string): Promise<ByteSource> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return refuse('ARCHIVE_REFUSED', `The file cannot be opened: ${reason(error)}`);
  }
  const info = await handle.stat();
  if (!info.isFile()) {
    await handle.close();
    return refuse('ARCHIVE_REFUSED', `${path} is not a regular file`);
  }
  return {
    size: info.size,
    read: async (offset, length) => {
      const buffer = Buffer.alloc(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) throw new RangeError(`the file ends before byte ${offset + length}`);
        done += bytesRead;
      }
      return buffer;
    },
    close: () => handle.close(),
  };
}

function openMemory(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    read: async (offset, length) => {
      if (offset < 0 || offset + length > buffer.length)
        throw new RangeError(`the file ends before byte ${offset + length}`);
      return buffer.subarray(offset, offset + length);
    },
    close: async () => {},
  };
}
