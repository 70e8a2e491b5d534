"""Words of the kiosk's screens by name; its scripts hold none of their own. Values stand in them as %(name)s."""

from survey_app.web.language import gettext as _


def words() -> dict[str, str]:
    """Give every text in the language of the moment."""
    return {**_visit(), **_slip(), **_thanks(), **_enrolment(), **_pin(), **_staff(), **_state()}


def _visit() -> dict[str, str]:
    return {
        "title": _("Your opinion"),
        "start": _("Touch here to begin"),
        "office_device": _(
            "This device belongs to the office. The office sees only totals of at least 10 people, never your own "
            "answers. If you would rather answer elsewhere, scan the code of your slip with your own phone, also at "
            "home."
        ),
        "no_round": _("No questionnaire takes answers now"),
        "no_round_hint": _("This screen opens by itself as soon as one does."),
        "languages": _("Language"),
        "reading": _("Easier to read"),
        "large": _("Large text"),
        "contrast": _("Strong contrast"),
        "progress": _("Question %(number)s of %(count)s"),
        "choose_up_to": _("Choose up to %(number)s, then touch “Continue”."),
        "too_many": _("At most %(number)s can be chosen. Touch one of them again to take it away."),
        "at_most": _("At most %(number)s characters."),
        "no_names": _("Please write no names, phone numbers or document numbers."),
        "back": _("Back"),
        "go_on": _("Continue"),
        "skip": _("Skip this question"),
        "stop": _("Stop"),
        "stop_heading": _("Stop and delete your answers?"),
        "stop_hint": _("Nothing of what you chose is kept. The slip can still be used later."),
        "stop_yes": _("Stop and delete"),
        "stop_no": _("Go on answering"),
        "still_there": _("Do you need more time?"),
        "still_there_hint": _(
            "Nobody has touched the screen for a while. In %(seconds)s seconds it is cleared for the next person."
        ),
        "more_time": _("I need more time"),
        "leave_now": _("I am finished"),
    }


def _slip() -> dict[str, str]:
    return {
        "slip_heading": _("Do you have a slip with a code?"),
        "slip_scan": _("Hold the square code of the slip in front of the scanner, or choose:"),
        "slip_camera": _("Read the code with the camera"),
        "slip_type": _("Type the code of your slip"),
        "slip_without": _("I have no slip"),
        "slip_unreadable": _("This code could not be read. Please try again, or type the code."),
        "slip_elsewhere": _(
            "This slip belongs to another questionnaire than those of this device. Please scan it with your own phone."
        ),
        "camera_label": _("Picture of the camera"),
        "camera_hint": _("Hold the slip so that the square code is seen whole. No picture is kept."),
        "camera_none": _("The camera cannot be used. Please type the code of your slip."),
        "code_label": _("Code of the slip, 40 letters and digits"),
        "code_typed": _("Typed: %(number)s of %(all)s"),
        "code_wrong": _("One of the characters is not as printed. Please compare group by group."),
        "code_length": _("The code is not whole. Please compare group by group."),
        "assisted_off": _("Somebody reads out for me"),
        "assisted_on": _("With help"),
        "assisted_heading": _("Does somebody help you to answer?"),
        "assisted_warning": _(
            "The officer who handled your dossier must not help you to answer, nor look at the screen."
        ),
        "assisted_mark": _(
            "A relative or an interviewer may read out and touch the screen for you. The answers are marked "
            "“with help”."
        ),
        "assisted_yes": _("Yes, somebody helps me"),
        "assisted_no": _("No, I answer alone"),
    }


def _thanks() -> dict[str, str]:
    return {
        "last_heading": _("That was the last question"),
        "last_count": _("Questions answered: %(number)s."),
        "last_hint": _("Touch “Send the answers” to hand them in. Until then you can go back and change them."),
        "send": _("Send the answers"),
        "not_saved": _("The answers could not be saved on this device. Please try again, or tell the staff."),
        "thanks": _("Thank you very much"),
        "saved": _(
            "Your answers are saved on this device, locked so that nobody can read them here, and will be sent."
        ),
        "saved_slip": _(
            "Your answers are saved on this device, locked so that nobody can read them here. The slip will be checked "
            "when they are sent."
        ),
        "received": _("Your answers have been received."),
        "thanks_hint": _("Nothing of them is left on this screen."),
        "done": _("Done"),
    }


def _enrolment() -> dict[str, str]:
    return {
        "enrol_heading": _("Set this device up"),
        "enrol_hint": _("The administrator makes the code on the page “Kiosks”. It works once, for 15 minutes."),
        "enrol_label": _("Code of 8 characters"),
        "enrol": _("Connect this device"),
        "enrol_wrong": _("This code does not work: it is mistyped, used or too old. Ask for a new one."),
        "enrol_wait": _("Too many wrong codes. Please wait a minute."),
        "enrol_no_line": _("The server does not answer. Check the line and try again with the same code."),
        "setup_heading": _("Device %(number)s: %(name)s"),
        "preparing": _("Being prepared; please keep the line open."),
        "ready": _("Ready: works without a line too"),
        "ready_not": _("Not ready to work without a line"),
        "program_done": _("Program stored and checked"),
        "program_open": _("Program is being stored"),
        "questionnaire_done": _("Questionnaire stored"),
        "questionnaire_open": _("No questionnaire yet"),
        "storage_done": _("The device stores answers"),
        "storage_open": _("The device cannot store answers"),
        "begin": _("Open to the public"),
        "stranger": _("The server does not know this device. Connect it with a new code."),
        "revoked": _("This device was withdrawn by the administrator. Answers that wait stay locked on it."),
        "elsewhere": _("The kiosk is open in another window"),
        "elsewhere_hint": _("This window goes on when the other one is closed."),
        "insecure": _("This address is not secure"),
        "insecure_hint": _("The kiosk keeps answers safe only over HTTPS. Open its address with https://."),
        "try_again": _("Try again"),
    }


def _pin() -> dict[str, str]:
    return {
        "staff": _("Staff"),
        "pin_heading": _("PIN of the staff"),
        "pin_typed": _("Typed: %(number)s of %(all)s digits"),
        "pin_delete": _("Delete"),
        "pin_wrong": _("This PIN is not right."),
        "pin_wait": _("Too many wrong tries. Please wait %(seconds)s seconds."),
    }


def _staff() -> dict[str, str]:
    return {
        "staff_heading": _("State of this device"),
        "back_to_citizens": _("Back to the citizens' screen"),
        "send_now": _("Send now"),
        "export": _("Save waiting answers as a file"),
        "export_first": _("Answers still wait on this device. Send them first, or save them as a file."),
        "persist": _("Ask for lasting storage"),
        "update": _("Look for a new version"),
        "enrol_again": _("Connect anew"),
        "enrol_again_hint": _("No answers wait. The device forgets its key and asks for a new code."),
        "enrol_again_exported": _(
            "Answers that wait are deleted from this device. Go on only if the file that you saved is safe: it can be "
            "read in with “sipas kiosk import”."
        ),
        "enrol_again_yes": _("Forget and connect anew"),
        "leave_kiosk": _("Leave the kiosk"),
        "letters": _("Answers that the server could not read"),
        "letter": _("No. %(number)s: %(reason)s, %(at)s"),
        "reason_damaged": _("damaged on the way"),
        "reason_erased": _("erased at the end of the round"),
        "reason_partial": _("unfinished, not wanted by the round"),
        "reason_other": _("for another reason"),
        "reason_not_valid": _("against the rules of the questionnaire, kept apart by the server"),
    }


def _state() -> dict[str, str]:
    return {
        "fact_device": _("Device"),
        "fact_waiting": _("Answers waiting"),
        "fact_refused": _("Answers the server could not read"),
        "fact_reasons": _("Not counted by the server"),
        "fact_line": _("Connection"),
        "fact_last": _("Last sent"),
        "fact_clock": _("Clock"),
        "fact_missing": _("Numbers the server misses"),
        "fact_persisted": _("Lasting storage"),
        "fact_ready": _("Without a line"),
        "fact_version": _("Version"),
        "line_unknown": _("not tried yet"),
        "line_up": _("the server answers"),
        "line_down": _("the server does not answer"),
        "line_revoked": _("this device was withdrawn"),
        "line_stranger": _("the server does not know this device"),
        "never": _("never"),
        "none": _("none"),
        "clock_right": _("right"),
        "clock_off": _("%(minutes)s minutes off"),
        "persisted_yes": _("granted by the browser"),
        "persisted_no": _("not granted: send often"),
    }
