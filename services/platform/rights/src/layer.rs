//! The one place in which rights are looked up: in front of every handler of every server, and of a service that another
//! of the same process asks.
//!
//! What a reader would get wrong: a refusal by a handler (another authority's notification, a case from which the member
//! stood aside) is logged here too, so that every refusal is seen in one form: caller, call and code, and no content.

use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use identity::{Caller, caller_in_extensions, forget_caller_in};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Layer, Service};

use crate::granted::Granted;
use crate::row::rows_of;
use crate::{CALL_NOT_IN_TABLE, ROLE_NOT_ALLOWED};

/// Puts the table in front of a server.
#[derive(Debug, Clone, Copy, Default)]
pub struct RightsLayer;

/// A service with the table in front of it.
#[derive(Debug, Clone)]
pub struct Enforced<Inner> {
    inner: Inner,
}

impl<Inner> Enforced<Inner> {
    /// Puts the table in front of a service that is called within this process.
    pub fn new(inner: Inner) -> Self {
        Self { inner }
    }
}

impl<Inner> Layer<Inner> for RightsLayer {
    type Service = Enforced<Inner>;

    fn layer(&self, inner: Inner) -> Enforced<Inner> {
        Enforced::new(inner)
    }
}

impl<Inner, Content> Service<Request<Content>> for Enforced<Inner>
where
    Inner: Service<Request<Content>, Response = Response<Body>>,
    Inner::Future: Send + 'static,
    Inner::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Inner::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Content>) -> Self::Future {
        let call = request.uri().path().trim_start_matches('/').to_owned();
        let granted = match look_up(&call, request.extensions()) {
            Ok(granted) => granted,
            Err(status) => return Box::pin(ready(Ok(status.into_http()))),
        };
        let by = granted.by().to_owned();
        // From here on there is no other way to learn who calls.
        forget_caller_in(request.extensions_mut());
        request.extensions_mut().insert(granted);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            if let Some(status) = response.extensions().get::<Status>().filter(|status| is_refusal(status)) {
                log(&by, &call, status);
            }
            Ok(response)
        })
    }
}

/// What the table grants to the caller of a call.
#[expect(clippy::disallowed_methods, reason = "this is the one place in which a caller is learnt")]
fn look_up(call: &str, extensions: &http::Extensions) -> Result<Granted, Status> {
    let mut rows = rows_of(call).peekable();
    // Whatever else a stranger calls may have any text for a name, so it is not repeated.
    let known = if rows.peek().is_some() { call } else { "a call that no row names" };
    let caller = caller_in_extensions(extensions).inspect_err(|status| log("nobody", known, status))?;
    let row = rows.find(|row| row.who.is(&caller));
    row.and_then(|row| Granted::to(&caller, row.whose)).ok_or_else(|| {
        let status = refusal(call, &caller);
        log(&caller.to_string(), known, &status);
        status
    })
}

fn refusal(call: &str, caller: &Caller) -> Status {
    let allowed: Vec<String> = rows_of(call).map(|row| row.who.to_string()).collect();
    if allowed.is_empty() {
        let sentence = "no right to a call of that name is written down, so nobody may call it. To do: compare the call's name \
                        with the contract; it may be of a newer version of Lapwing than this server";
        return refusals::refused(Code::PermissionDenied, CALL_NOT_IN_TABLE, &[], sentence);
    }
    let sentence = format!(
        "{caller} may not call {call}; it is for: {}. To do: use a certificate of that role",
        allowed.join(", ")
    );
    refusals::refused(Code::PermissionDenied, ROLE_NOT_ALLOWED, &[], sentence)
}

fn is_refusal(status: &Status) -> bool {
    matches!(status.code(), Code::PermissionDenied | Code::Unauthenticated)
}

fn log(caller: &str, call: &str, status: &Status) {
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    tracing::info!(caller, call, reason, "refused a call");
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io;
    use std::sync::{Arc, Mutex};

    use identity::Role;
    use tower::service_fn;

    use super::*;

    /// What comes of a call: the code and reason it is refused with, or what reached the handler.
    async fn called(path: &str, caller: Option<Caller>) -> Result<Granted, (Code, String)> {
        let handler = service_fn(async |request: Request<Body>| {
            let mut response = Response::new(Body::default());
            assert!(request.extensions().get::<Caller>().is_none(), "the handler cannot see the caller");
            let granted = request.extensions().get::<Granted>().expect("what was granted").clone();
            response.extensions_mut().insert(granted);
            Ok::<_, Infallible>(response)
        });
        let mut request = Request::new(Body::default());
        *request.uri_mut() = path.parse().expect("a path");
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller);
        }
        let response = RightsLayer.layer(handler).call(request).await.expect("answers");
        match response.extensions().get::<Status>() {
            Some(status) => {
                let reason = status.get_details_error_info().expect("a reason").reason;
                Err((status.code(), reason))
            }
            None => Ok(response.extensions().get::<Granted>().expect("what was granted").clone()),
        }
    }

    #[tokio::test]
    async fn what_the_table_grants_reaches_the_handler_and_nothing_else_does() {
        let path = "/lapwing.intake.v1.IntakeService/Get";
        let granted = called(path, Some(Caller::authority("373"))).await.expect("granted");
        assert_eq!(granted.own_authority().expect("its own").number(), "373");
        let denied = |reason: &str| Err((Code::PermissionDenied, reason.to_owned()));
        let operator = Caller::new(Role::Operator, "night");
        assert_eq!(called(path, Some(operator.clone())).await, denied("ROLE_NOT_ALLOWED"));
        assert_eq!(
            called("/lapwing.intake.v1.IntakeService/Gett", Some(operator)).await,
            denied("CALL_NOT_IN_TABLE")
        );
        let nobody = Err((Code::Unauthenticated, "NO_CERTIFICATE".to_owned()));
        assert_eq!(called(path, None).await, nobody);
    }

    /// What was logged, as text.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_refusal_is_logged_with_caller_call_and_code_and_a_name_that_a_stranger_made_up_is_not() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let _here = tracing::subscriber::set_default(subscriber);
        let operator = || Some(Caller::new(Role::Operator, "night"));
        for path in ["/lapwing.intake.v1.IntakeService/Get", "/lapwing.intake.v1.IntakeService/RobinExample"]
        {
            called(path, operator()).await.expect_err("refused");
        }
        let lines = String::from_utf8(log.0.lock().expect("not poisoned").clone()).expect("text");
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for words in
            ["INFO", "lapwing://operator/night", "lapwing.intake.v1.IntakeService/Get", "ROLE_NOT_ALLOWED"]
        {
            assert!(lines[0].contains(words), "{}", lines[0]);
        }
        assert!(lines[1].contains("CALL_NOT_IN_TABLE") && !lines[1].contains("Robin"), "{}", lines[1]);
    }

    #[tokio::test]
    async fn no_service_has_another_services_rights() {
        let path = "/lapwing.eligibility.v1.EligibilityService/Assess";
        called(path, Some(Caller::new(Role::Service, "intake"))).await.expect("granted");
        let other = called(path, Some(Caller::new(Role::Service, "triage"))).await;
        assert_eq!(other, Err((Code::PermissionDenied, "ROLE_NOT_ALLOWED".to_owned())));
    }
}
