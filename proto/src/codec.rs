//! The codec of every Lapwing server: a request that breaks a rule of form never reaches a handler, so no
//! handler can forget to check. Fields marked `IGNORE_ALWAYS` (a whole notification) are judged by intake,
//! which adds what the registers know and answers with all violations at once.

use std::marker::PhantomData;

use bytes::Buf;
use prost::{DecodeError, Message};
use prost_reflect::{DynamicMessage, ReflectMessage};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstEncoder};

use crate::{parts, rules};

/// Encodes replies as they are; decodes requests and enforces their `buf.validate` rules.
#[derive(Debug, Clone)]
pub struct Validated<Reply, Request> {
    messages: PhantomData<(Reply, Request)>,
}

impl<Reply, Request> Default for Validated<Reply, Request> {
    fn default() -> Self {
        Self { messages: PhantomData }
    }
}

impl<Reply, Request> Codec for Validated<Reply, Request>
where
    Reply: Message + Send + 'static,
    Request: Message + ReflectMessage + Default + Send + 'static,
{
    type Encode = Reply;
    type Decode = Request;
    type Encoder = ProstEncoder<Reply>;
    type Decoder = ValidatingDecoder<Request>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<Reply, Request>::default().encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        ValidatingDecoder { messages: PhantomData }
    }
}

/// Decodes a request and refuses it with `INVALID_ARGUMENT` where it breaks a rule, or has a field that this server does
/// not know: what was dropped in silence would be a lost fact, under a receipt (promise 3).
#[derive(Debug)]
pub struct ValidatingDecoder<Request> {
    messages: PhantomData<Request>,
}

impl<Request: Message + ReflectMessage + Default> Decoder for ValidatingDecoder<Request> {
    type Item = Request;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Request>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        if parts::are_too_many(&bytes, &Request::default().descriptor()) {
            return Err(rules::refusal(&[rules::too_many_parts()]));
        }
        let not_a_message = |error: DecodeError| rules::refusal(&[rules::undecodable(&error)]);
        let request = Request::decode(bytes.clone()).map_err(not_a_message)?;
        let mut remarks = Vec::new();
        // What this build knows, it encodes again. Where that gives the very bytes that came, there is nothing else in them:
        // so it is with what most libraries encode, and the slow look at each field is not taken.
        if request.encode_to_vec() != bytes {
            let known = DynamicMessage::decode(request.descriptor(), bytes).map_err(not_a_message)?;
            remarks.extend(rules::unknown_fields(&known));
        }
        remarks.extend(rules::broken_rules(&request));
        if remarks.is_empty() { Ok(Some(request)) } else { Err(rules::refusal(&remarks)) }
    }
}
