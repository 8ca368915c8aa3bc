//! What the page says, in every language.

use super::Reason;
use crate::Language;
use crate::Language::{English, French, German, Spanish};

pub(super) const fn title(language: Language, is_connected: bool) -> &'static str {
    match (language, is_connected) {
        (English, true) => "Connected",
        (English, false) => "Not connected",
        (German, true) => "Verbunden",
        (German, false) => "Nicht verbunden",
        (French, true) => "Connexion établie",
        (French, false) => "Connexion impossible",
        (Spanish, true) => "Cuenta conectada",
        (Spanish, false) => "No se pudo conectar",
    }
}

/// Stands for the integration where it is not known.
pub(super) const fn unnamed(language: Language) -> &'static str {
    match language {
        English => "The other service",
        German => "Der andere Dienst",
        French => "L’autre service",
        Spanish => "El otro servicio",
    }
}

pub(super) const fn connected(language: Language) -> &'static str {
    match language {
        English => "{name} is connected.",
        German => "{name} ist verbunden.",
        French => "{name} est connecté.",
        Spanish => "{name} está conectado.",
    }
}

pub(super) const fn close_advice(language: Language) -> &'static str {
    match language {
        English => "You can close this window.",
        German => "Sie können dieses Fenster schließen.",
        French => "Vous pouvez fermer cette fenêtre.",
        Spanish => "Puede cerrar esta ventana.",
    }
}

pub(super) const fn close(language: Language) -> &'static str {
    match language {
        English => "Close this window",
        German => "Fenster schließen",
        French => "Fermer cette fenêtre",
        Spanish => "Cerrar esta ventana",
    }
}

pub(super) const fn details(language: Language) -> &'static str {
    match language {
        English => "Details for support",
        German => "Einzelheiten für den Support",
        French => "Détails pour l’assistance",
        Spanish => "Detalles para el soporte",
    }
}

/// What happened, and what to do.
pub(super) const fn failed(language: Language, reason: Reason) -> (&'static str, &'static str) {
    match language {
        English => english(reason),
        German => german(reason),
        French => french(reason),
        Spanish => spanish(reason),
    }
}

const fn english(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Denied => (
            "Access was not granted.",
            "If that was a mistake, close this window and connect again. You may need an administrator's approval.",
        ),
        Reason::Stale => (
            "This sign-in is no longer valid: it was completed before, or it was started too long ago.",
            "Close this window and connect again from the app.",
        ),
        Reason::OtherBrowser => (
            "This sign-in was not started in this browser, or the browser does not accept cookies.",
            "Allow cookies for this site, then connect again from the app and stay in one browser.",
        ),
        Reason::Provider => (
            "{name} reported a problem.",
            "Close this window and try again in a few minutes. If it happens again, send the details below to the support of the app.",
        ),
        Reason::Rejected => (
            "{name} was reached, but this account was not accepted.",
            "Check that you signed in with the right account and that it has the permissions that the app asks for, then connect again.",
        ),
        Reason::Setup => (
            "The app's settings for this connection are incomplete or do not match {name}.",
            "You cannot fix this yourself: please send the details below to the support of the app.",
        ),
        Reason::Internal => (
            "Something went wrong on our side.",
            "Close this window and try again. If it happens again, send the details below to the support of the app.",
        ),
    }
}

const fn german(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Denied => (
            "Der Zugriff wurde nicht erlaubt.",
            "War das ein Versehen, schließen Sie dieses Fenster und verbinden Sie erneut. Vielleicht muss ein Administrator zustimmen.",
        ),
        Reason::Stale => (
            "Diese Anmeldung gilt nicht mehr: Sie wurde schon abgeschlossen, oder sie hat zu lange gedauert.",
            "Schließen Sie dieses Fenster und verbinden Sie erneut aus der App.",
        ),
        Reason::OtherBrowser => (
            "Diese Anmeldung wurde nicht in diesem Browser begonnen, oder der Browser nimmt keine Cookies an.",
            "Erlauben Sie Cookies für diese Seite und verbinden Sie dann erneut aus der App, alles in einem Browser.",
        ),
        Reason::Provider => (
            "{name} hat ein Problem gemeldet.",
            "Schließen Sie dieses Fenster und versuchen Sie es in einigen Minuten erneut. Bleibt es dabei, senden Sie die Einzelheiten unten an den \
             Support der App.",
        ),
        Reason::Rejected => (
            "{name} wurde erreicht, aber dieses Konto wurde nicht angenommen.",
            "Prüfen Sie, ob Sie mit dem richtigen Konto angemeldet sind und ob es die Rechte hat, die die App verlangt. Verbinden Sie dann erneut.",
        ),
        Reason::Setup => (
            "Die Einstellungen der App für diese Verbindung sind unvollständig oder passen nicht zu {name}.",
            "Das können Sie nicht selbst beheben: Bitte senden Sie die Einzelheiten unten an den Support der App.",
        ),
        Reason::Internal => (
            "Bei uns ist etwas schiefgegangen.",
            "Schließen Sie dieses Fenster und versuchen Sie es erneut. Bleibt es dabei, senden Sie die Einzelheiten unten an den Support der App.",
        ),
    }
}

const fn french(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Denied => (
            "L’accès n’a pas été accordé.",
            "Si c’était une erreur, fermez cette fenêtre et recommencez. L’accord d’un administrateur est peut-être nécessaire.",
        ),
        Reason::Stale => (
            "Cette demande n’est plus valable : elle a déjà été traitée, ou elle a commencé il y a trop longtemps.",
            "Fermez cette fenêtre et recommencez depuis l’application.",
        ),
        Reason::OtherBrowser => (
            "Cette demande n’a pas été commencée dans ce navigateur, ou celui-ci refuse les cookies.",
            "Autorisez les cookies pour ce site, puis recommencez depuis l’application en restant dans le même navigateur.",
        ),
        Reason::Provider => (
            "{name} a signalé un problème.",
            "Fermez cette fenêtre et réessayez dans quelques minutes. Si le problème persiste, envoyez les détails ci-dessous à l’assistance de \
             l’application.",
        ),
        Reason::Rejected => (
            "{name} a répondu, mais ce compte n’a pas été accepté.",
            "Vérifiez que vous utilisez le bon compte et qu’il a les droits demandés par l’application, puis recommencez.",
        ),
        Reason::Setup => (
            "Les réglages de l’application pour cette connexion sont incomplets ou ne correspondent pas à {name}.",
            "Vous ne pouvez pas y remédier vous-même : envoyez les détails ci-dessous à l’assistance de l’application.",
        ),
        Reason::Internal => (
            "Un problème est survenu de notre côté.",
            "Fermez cette fenêtre et réessayez. Si le problème persiste, envoyez les détails ci-dessous à l’assistance de l’application.",
        ),
    }
}

const fn spanish(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Denied => (
            "No se concedió el acceso.",
            "Si fue un error, cierre esta ventana y vuelva a conectar. Quizá haga falta la aprobación de un administrador.",
        ),
        Reason::Stale => (
            "Esta solicitud ya no es válida: ya se completó o empezó hace demasiado tiempo.",
            "Cierre esta ventana y vuelva a conectar desde la aplicación.",
        ),
        Reason::OtherBrowser => (
            "Esta solicitud no empezó en este navegador, o el navegador no acepta cookies.",
            "Permita las cookies de este sitio y vuelva a conectar desde la aplicación, sin cambiar de navegador.",
        ),
        Reason::Provider => (
            "{name} informó de un problema.",
            "Cierre esta ventana e inténtelo de nuevo en unos minutos. Si vuelve a ocurrir, envíe los detalles de abajo al soporte de la aplicación.",
        ),
        Reason::Rejected => (
            "{name} respondió, pero no se aceptó esta cuenta.",
            "Compruebe que es la cuenta correcta y que tiene los permisos que pide la aplicación, y vuelva a conectar.",
        ),
        Reason::Setup => (
            "La configuración de la aplicación para esta conexión está incompleta o no coincide con {name}.",
            "Usted no puede arreglarlo: envíe los detalles de abajo al soporte de la aplicación.",
        ),
        Reason::Internal => (
            "Algo falló por nuestra parte.",
            "Cierre esta ventana e inténtelo de nuevo. Si vuelve a ocurrir, envíe los detalles de abajo al soporte de la aplicación.",
        ),
    }
}
