//! Frames: read with a limit, written many at a time.

use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc::UnboundedReceiver;

const LENGTH_BYTES: usize = 4;
/// A longer frame is taken in by parts: its sender may never send what it announced.
const PART_BYTES: usize = 256 << 10;
/// Small frames go out together, up to about this many bytes a system call.
const TOGETHER_BYTES: usize = 64 << 10;

/// A message as a frame.
pub(crate) fn encode(message: &impl Serialize) -> Vec<u8> {
    finish(append(vec![0; LENGTH_BYTES], message))
}

/// A message as a frame, and behind it a second one that its receiver reads by itself.
pub(crate) fn encode_with(message: &impl Serialize, rest: &impl Serialize) -> Vec<u8> {
    finish(append(append(vec![0; LENGTH_BYTES], message), rest))
}

/// A message as a frame, and bytes behind it.
pub(crate) fn encode_raw(message: &impl Serialize, rest: &[u8]) -> Vec<u8> {
    let mut frame = append(vec![0; LENGTH_BYTES], message);
    frame.extend_from_slice(rest);
    finish(frame)
}

/// The message of a frame, and what is behind it.
pub(crate) fn decode<'a, T: Deserialize<'a>>(frame: &'a [u8]) -> io::Result<(T, &'a [u8])> {
    postcard::take_from_bytes(frame).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("a frame does not read: {error}")))
}

fn append(frame: Vec<u8>, message: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(message, frame).expect("memory takes whatever is written, and our messages are plain data")
}

fn finish(mut frame: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(frame.len() - LENGTH_BYTES).expect("messages are far below 4 GiB");
    frame[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
    frame
}

/// Reads one frame after the other.
pub(crate) struct Frames<R> {
    from: R,
    buffer: BytesMut,
    limit_bytes: usize,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(crate) fn new(from: R, limit_bytes: usize) -> Self {
        Self { from, buffer: BytesMut::with_capacity(TOGETHER_BYTES), limit_bytes }
    }

    /// The next frame; `None` where the other side has closed the socket between two.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let missing = match self.buffer.first_chunk::<LENGTH_BYTES>() {
                None => LENGTH_BYTES,
                Some(length) => {
                    let length = u32::from_le_bytes(*length) as usize;
                    if length > self.limit_bytes {
                        let problem = format!("a frame of {length} bytes, {} are allowed", self.limit_bytes);
                        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
                    }
                    if self.buffer.len() >= LENGTH_BYTES + length {
                        self.buffer.advance(LENGTH_BYTES);
                        return Ok(Some(self.buffer.split_to(length).freeze()));
                    }
                    LENGTH_BYTES + length - self.buffer.len()
                }
            };
            self.buffer.reserve(missing.clamp(1 << 10, PART_BYTES));
            if self.from.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }
}

/// Writes frames until their last sender is dropped or the other side is gone.
pub(crate) async fn write_frames(mut to: impl AsyncWrite + Unpin, frames: &mut UnboundedReceiver<Vec<u8>>) -> io::Result<()> {
    let mut waiting = Vec::new();
    while let Some(mut frame) = frames.recv().await {
        loop {
            if waiting.is_empty() && frame.len() >= TOGETHER_BYTES {
                to.write_all(&frame).await?;
            } else if waiting.is_empty() {
                waiting = frame;
            } else {
                waiting.extend_from_slice(&frame);
            }
            if waiting.len() >= TOGETHER_BYTES {
                break;
            }
            match frames.try_recv() {
                Ok(next) => frame = next,
                Err(_) => break,
            }
        }
        to.write_all(&waiting).await?;
        waiting.clear();
        // What one large frame needed is not kept for the small ones.
        waiting.shrink_to(TOGETHER_BYTES);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[tokio::test]
    async fn frames_arrive_whole_and_in_order_however_they_are_cut() {
        let (write, read) = tokio::io::duplex(7);
        let (sender, mut receiver) = unbounded_channel();
        let texts: Vec<String> = (0..50).map(|n| "x".repeat(n * 997)).collect();
        for text in &texts {
            sender.send(encode_with(&text.len(), text)).unwrap();
        }
        drop(sender);
        let reading = async {
            let mut frames = Frames::new(read, 1 << 20);
            for text in &texts {
                let frame = frames.next().await.unwrap().unwrap();
                let (length, rest) = decode::<usize>(&frame).unwrap();
                assert_eq!((length, decode::<String>(rest).unwrap().0), (text.len(), text.clone()));
            }
            assert!(frames.next().await.unwrap().is_none());
        };
        let writing = async {
            write_frames(write, &mut receiver).await.unwrap();
        };
        tokio::join!(reading, writing);
    }

    #[tokio::test]
    async fn a_frame_that_is_too_long_or_never_ends_is_an_error() {
        let mut frames = Frames::new(&[255_u8, 255, 255, 255, 0][..], 1 << 20);
        assert!(frames.next().await.unwrap_err().to_string().contains("4294967295 bytes"));
        let mut frames = Frames::new(&[9_u8, 0, 0, 0, 1, 2][..], 1 << 20);
        assert_eq!(frames.next().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(decode::<String>(&[200, 1, 0]).is_err());
    }
}
