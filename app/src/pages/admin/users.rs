//! Users: the list with what can be done to each, and the form for one more.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{
    account::{PASSWORD_MIN_CHARS, Role, UserView},
    ids::UserId,
};

use crate::{
    components::{
        Advice, Age, Card, ErrorState, Field, FormError, Head, PasswordField, PlainTable, Skeleton, StatePill, Tone,
        Unknown, errors_of,
    },
    frame::Me,
    loading::{Loaded, resource},
    pages::role_label,
    server::users::{AddUser, ResetUserPassword, SetUserDisabled, SetUserRole, list_users, take_one_time_password},
};

const HEADS: [Head; 6] = [
    Head::Text("Name"),
    Head::Text("State"),
    Head::Text("Role"),
    Head::Text("Last sign-in"),
    Head::Number("Sessions"),
    Head::Unseen("Actions"),
];

#[derive(Clone, Copy)]
struct Actions {
    role: ServerAction<SetUserRole>,
    disabled: ServerAction<SetUserDisabled>,
    reset: ServerAction<ResetUserPassword>,
}

#[component]
pub(super) fn UserCards() -> impl IntoView {
    let add = ServerAction::<AddUser>::new();
    let actions = Actions { role: ServerAction::new(), disabled: ServerAction::new(), reset: ServerAction::new() };
    let users = resource(
        move || {
            let Actions { role, disabled, reset } = actions;
            (add.version().get(), role.version().get(), disabled.version().get(), reset.version().get())
        },
        |_| list_users(),
    );
    let kept = kept_password();
    view! {
        <Card title="Users">
            <FormError errors=errors_of(actions.role) />
            <FormError errors=errors_of(actions.disabled) />
            <FormError errors=errors_of(actions.reset) />
            <Transition fallback=|| view! { <Skeleton rows=4 /> }>
                {move || {
                    users
                        .get()
                        .map(|users| match users {
                            Ok(users) => {
                                view! {
                                    <OneTimePassword users=users.clone() reset=actions.reset kept />
                                    {user_table(users, actions)}
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Transition>
        </Card>
        <NewUserCard add />
    }
}

/// Shown once: with script it is the action's answer, without it is fetched by the ticket in the address.
#[component]
fn OneTimePassword(
    users: Vec<UserView>,
    reset: ServerAction<ResetUserPassword>,
    kept: Loaded<Option<(UserId, String)>>,
) -> impl IntoView {
    let answered = move || reset.value().get()?.ok();
    let name_of = move |id: UserId| users.iter().find(|user| user.id == id).map(|user| user.name.clone());
    view! {
        <div role="status">
            {move || {
                answered()
                    .or_else(|| kept.get()?)
                    .map(|(id, password)| {
                        view! {
                            <Advice
                                tone=Tone::Warn
                                title=format!("One-time password of {}: ", name_of(id).unwrap_or_default())
                            >
                                <code class="secret">{password}</code>
                                " It is shown only now and has to be changed at the next sign-in."
                            </Advice>
                        }
                    })
            }}
        </div>
    }
}

fn kept_password() -> Loaded<Option<(UserId, String)>> {
    let query = use_query_map();
    resource(
        move || query.with(|query| query.get("note")),
        |ticket| async move { take_one_time_password(ticket?).await.ok()? },
    )
}

fn user_table(users: Vec<UserView>, actions: Actions) -> AnyView {
    let me = use_context::<Me>().map(|me| me.0.id);
    let rows = users.into_iter().map(|user| user_row(&user, Some(user.id) == me, actions)).collect_view();
    view! {
        <PlainTable caption="Users" heads=HEADS>
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn user_row(user: &UserView, is_me: bool, actions: Actions) -> AnyView {
    let state = match (user.disabled, user.must_change_password) {
        (true, _) => view! { <StatePill tone=Tone::Idle label="Disabled" /> },
        (false, true) => view! { <StatePill tone=Tone::Warn label="Has to change the password" /> },
        (false, false) => view! { <StatePill tone=Tone::Ok label="Active" /> },
    };
    let seen = match user.last_sign_in_ms {
        Some(ms) => view! { <Age ms /> }.into_any(),
        None => view! { <Unknown reason="never signed in" /> }.into_any(),
    };
    let controls = (!is_me).then(|| {
        let id = user.id.0;
        let (verb, next) = if user.disabled { ("Enable", "false") } else { ("Disable", "true") };
        let reset_label = format!("Reset the password of {}", user.name);
        let verb_label = format!("{verb} {}", user.name);
        view! {
            <div class="row-actions">
                <ActionForm action=actions.reset>
                    <input type="hidden" name="id" value=id />
                    <button class="button small" type="submit" aria-label=reset_label>
                        "Reset password"
                    </button>
                </ActionForm>
                <ActionForm action=actions.disabled>
                    <input type="hidden" name="id" value=id />
                    <input type="hidden" name="disabled" value=next />
                    <button class="button small" type="submit" aria-label=verb_label>
                        {verb}
                    </button>
                </ActionForm>
            </div>
        }
    });
    let role = if is_me {
        view! { <span>{role_label(user.role)} " (you)"</span> }.into_any()
    } else {
        let (id, role_label, save_label) =
            (user.id.0, format!("Role of {}", user.name), format!("Save the role of {}", user.name));
        let role = user.role;
        view! {
            <ActionForm action=actions.role>
                <div class="row-actions start">
                    <input type="hidden" name="id" value=id />
                    <select class="small" name="role" aria-label=role_label>
                        {role_options(role)}
                    </select>
                    <button class="button small quiet" type="submit" aria-label=save_label>
                        "Save"
                    </button>
                </div>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{user.name.clone()}</th>
            <td>{state}</td>
            <td>{role}</td>
            <td>{seen}</td>
            <td class="num">{user.active_sessions}</td>
            <td class="num">{controls}</td>
        </tr>
    }
    .into_any()
}

fn role_options(selected: Role) -> impl IntoView {
    Role::ALL
        .map(|role| view! { <option value=role.key() selected=role == selected>{role_label(role)}</option> })
        .collect_view()
}

#[component]
fn NewUserCard(add: ServerAction<AddUser>) -> impl IntoView {
    let errors = errors_of(add);
    view! {
        <Card title="Add a user" note="hand the password over in person or by phone, not by mail">
            <ActionForm action=add>
                <div class="form wide">
                    <FormError errors fields=&["name", "password"] />
                    <Field id="new-name" label="Name" error_name="name" errors>
                        <input type="text" id="new-name" name="name" required autocomplete="off" spellcheck="false" autocapitalize="off" />
                    </Field>
                    <Field
                        id="new-role"
                        label="Role"
                        help="Viewers see everything. Managers also add sources and sync. Administrators also manage users."
                        errors
                    >
                        <select id="new-role" name="role" aria-describedby="new-role-help">
                            {role_options(Role::Viewer)}
                        </select>
                    </Field>
                    <PasswordField
                        id="new-password"
                        name="password"
                        label="First password"
                        autocomplete="new-password"
                        help=format!("At least {PASSWORD_MIN_CHARS} characters.")
                        errors
                    />
                    <div class="buttons">
                        <button class="button primary" type="submit" disabled=move || add.pending().get()>
                            "Add user"
                        </button>
                    </div>
                </div>
            </ActionForm>
        </Card>
    }
}
