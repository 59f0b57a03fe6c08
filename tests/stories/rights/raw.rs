//! Calls by name, with bytes for messages: what a story needs to make every call there is.

use prost::bytes::{Buf, BufMut, Bytes};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_types::StatusExt;

/// Messages as they are on the wire.
#[derive(Debug, Clone, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// Makes a call with one message, and gives the first message of its answer, where it has any.
pub(crate) async fn first(channel: &Channel, call: &str, message: Vec<u8>) -> Result<Option<Bytes>, Status> {
    let path: PathAndQuery = format!("/{call}").parse().expect("a path");
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.expect("the server is there");
    let request = Request::new(futures::stream::iter([message]));
    let mut answers = grpc.streaming(request, path, Raw).await?.into_inner();
    answers.message().await
}

/// Makes a call that answers with one message.
pub(crate) async fn call(channel: &Channel, call: &str, message: Vec<u8>) -> Result<Bytes, Status> {
    first(channel, call, message).await.map(|answer| answer.expect("an answer"))
}

/// The stable reason of a refusal; empty where it has none.
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}
