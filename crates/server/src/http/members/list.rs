//! `GET /api/accounts/{id}/members`

use crate::{
    app::App,
    http::{ApiError, SignedIn, path::Path},
};
use axum::{Json, extract::State};
use domain::Access;
use protocol::{
    Positions,
    http::{Member, MemberList},
};
use std::sync::Arc;

/// Owner and members, the owner first. A short list: it has one page.
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<MemberList>, ApiError> {
    let found = app.engine().members(user.id(), &id)?;
    let standing = std::iter::once((found.owner, Access::Owner));
    let standing = standing.chain(found.members.into_iter().map(|member| (member, Access::Member)));
    let directory = app.engine().directory();
    let items = standing.filter_map(|(id, access)| Some(Member::new(&*directory.user(&id)?, access))).collect();
    let positions = Positions(app.positions(user.id()).await?);
    Ok(Json(MemberList { items, next_cursor: None, positions }))
}
