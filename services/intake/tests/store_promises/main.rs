//! What intake promises of its store, on every store there is: each promise is run as `sqlite::…` and as `postgres::…`.

/// Runs each promise, a function of the store that it is about, on both. One that is left out of the list is never called,
/// and the compiler says so.
macro_rules! on_both_stores {
    [$($promise:ident,)+] => {
        mod sqlite {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(crate::room::On::Sqlite).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(crate::room::On::Postgres).await;
            })+
        }
    };
}

mod hand_overs;
mod migration;
mod outcomes;
mod records;
mod replicas;
mod revisions;
mod room;
mod schema;
mod sealed;
mod slow;
mod submissions;
