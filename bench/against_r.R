# Statistics of the frozen synthetic data by R's package survey; bench/against_r.py compares them with ours and with the
# frozen numbers. Rscript bench/against_r.R estimates FOLDER | replay CALLS.tsv
# Lines of `estimates`: case, domain, statistic, estimate, se, lower and upper limit, df, deff.
# Lines of `replay`: case, assertion, then every number of the result: coefficients, standard errors, limits.

suppressPackageStartupMessages(library(survey))
given <- commandArgs(TRUE)
PROBABILITIES <- c(0.25, 0.5, 0.9)
ITEMS <- sprintf("q%02d", 1:22)
FACTORS <- list(access = 1:4, procedures = 5:8, officials = 9:13, results = 14:18, feedback = 19:22)
WEIGHTS <- c(access = 0.20, procedures = 0.20, officials = 0.25, results = 0.20, feedback = 0.15)

say <- function(...) cat(paste(c(...), collapse = "\t"), "\n", sep = "")
exactly <- function(x) formatC(x, digits = 17, format = "g")
data_of <- function(name) read.csv(file.path(given[2], paste0(name, ".csv")), stringsAsFactors = FALSE)
deff_of <- function(r) tryCatch(suppressWarnings(as.numeric(deff(r))), error = function(e) NA)

tell <- function(case, domain, statistic, r, df, scale = 1, ci = suppressWarnings(confint(r, df = df))) {
  numbers <- c(scale * as.numeric(coef(r)), scale * as.numeric(SE(r)), scale * as.numeric(ci), df, c(deff_of(r), NA)[1])
  say(case, domain, statistic, exactly(numbers))
}

by_domain <- function(design, by, work) {
  if (is.na(by)) return(work("", design))
  for (label in sort(unique(design$variables[[by]]))) {
    design$variables$inside <- design$variables[[by]] == label
    work(label, subset(design, inside))
  }
}

plain <- function(case, design, by, means, totals, ratio = NULL, quantiles = NULL) by_domain(design, by, function(label, part) {
  df <- degf(part)
  if (df <= 0) return()
  for (y in means) tell(case, label, paste0("mean:", y), svymean(reformulate(y), part, na.rm = TRUE, deff = TRUE), df)
  for (y in totals) tell(case, label, paste0("total:", y), svytotal(reformulate(y), part, na.rm = TRUE, deff = TRUE), df)
  if (length(ratio)) {
    r <- svyratio(reformulate(ratio[1]), reformulate(ratio[2]), part, na.rm = TRUE)
    tell(case, label, paste0("ratio:", ratio[1], "/", ratio[2]), r, df)
  }
  for (y in quantiles) for (p in PROBABILITIES) {
    q <- svyquantile(reformulate(y), part, p, na.rm = TRUE, qrule = "math", interval.type = "mean", df = df)[[1]]
    say(case, label, paste0("quantile:", y, "@", p), exactly(c(q[1], q[4], q[2], q[3], df, NA)))
  }
})

prepared <- function(d) {
  for (q in ITEMS) {
    valid <- !is.na(d[[q]]) & d[[q]] != 9
    d[[paste0("v_", q)]] <- as.numeric(valid)
    d[[paste0("p_", q)]] <- as.numeric(valid & d[[q]] >= 4)
    d[[paste0("s_", q)]] <- ifelse(valid, (d[[q]] - 1) / 4, 0)
    d[[paste0("na_", q)]] <- ifelse(valid, as.numeric(d[[q]] >= 4), NA)
  }
  d
}

sum_of <- function(prefix, items) Reduce(function(a, b) call("+", a, b), lapply(paste0(prefix, items), as.name))
share_of <- function(items) call("/", call("(", sum_of("p_", items)), call("(", sum_of("v_", items)))

indices <- function(case, design, by) by_domain(design, by, function(label, part) {
  df <- degf(part)
  if (df <= 0) return()
  for (q in ITEMS) {
    formula <- reformulate(paste0("na_", q))
    ci <- 100 * confint(svyciprop(formula, part, method = "beta", df = df, na.rm = TRUE))
    mean <- svymean(formula, part, na.rm = TRUE, deff = TRUE)
    inner <- coef(mean) > 0 && coef(mean) < 1  # at the ends R has no interval
    tell(case, label, paste0("share:", q), mean, df, 100, if (inner) ci / 100 else c(NA, NA))
    score <- svyratio(reformulate(paste0("s_", q)), reformulate(paste0("v_", q)), part)
    tell(case, label, paste0("score:", q), score, df, 100)
  }
  totals <- svytotal(reformulate(c(paste0("p_", ITEMS), paste0("v_", ITEMS))), part)
  factors <- lapply(FACTORS, function(i) share_of(ITEMS[i]))
  weighted <- Map(function(w, f) call("*", w, call("(", f)), WEIGHTS, factors)
  for (f in names(factors)) tell(case, label, paste0("factor:", f), svycontrast(totals, factors[[f]]), df, 100)
  overall <- svycontrast(totals, Reduce(function(a, b) call("+", a, b), weighted))
  tell(case, label, "overall", overall, df, 100)
})

estimates <- function() {
  d <- data_of("twostage")
  two <- svydesign(id = ~psu + ssu, strata = ~h, fpc = ~fpc1 + fpc2, weights = ~w, nest = TRUE, data = d)
  for (by in c(NA, "dom")) {
    plain(if (is.na(by)) "twostage" else "twostage by dom", two, by, c("y", "x", "z"), c("y", "z"), c("y", "x"), "y")
  }
  d <- data_of("lonely")
  for (rule in c("remove", "certainty", "adjust", "average")) {
    options(survey.lonely.psu = rule)
    design <- svydesign(id = ~psu, strata = ~h, fpc = ~fpc, weights = ~w, nest = TRUE, data = d)
    plain(paste("lonely", rule), design, NA, c("y", "z"), c("y", "z"))
  }
  options(survey.lonely.psu = "fail")
  design <- svydesign(id = ~psu, strata = ~h, fpc = ~fpc, weights = ~w, nest = TRUE, data = data_of("domains"))
  plain("domains", design, "dom", "y", "y", c("y", "x"))
  sipas <- prepared(data_of("sipas_2025"))
  design <- svydesign(id = ~psu, strata = ~stratum, fpc = ~fpc, weights = ~weight, data = sipas)
  for (by in c("province", "district", "agency", "resp_type")) indices(paste("sipas_2025 by", by), design, by)
}

# What a result holds, in the order coefficients, standard errors, limits.
numbers_of <- function(r) {
  if (inherits(r, "svyciprop")) return(c(as.numeric(r), as.numeric(attr(r, "ci"))))
  if (is.numeric(r) && is.null(attr(r, "var"))) return(as.numeric(r))
  c(as.numeric(coef(r)), as.numeric(unlist(SE(r))))
}

replay <- function() {
  calls <- read.delim(given[2], quote = "", stringsAsFactors = FALSE, colClasses = "character")
  for (k in seq_len(nrow(calls))) {
    where <- new.env()
    options(survey.lonely.psu = "fail", survey.adjust.domain.lonely = FALSE, survey.ultimate.cluster = FALSE)
    found <- tryCatch(suppressWarnings({
      for (text in c(calls$before[k], calls$call[k])) r <- eval(parse(text = text), where)
      exactly(numbers_of(r))
    }), error = function(e) "error")
    say(calls$case[k], calls$assertion[k], found)
  }
}

cat("#", as.character(packageVersion("survey")), "\n", sep = "")
if (given[1] == "estimates") estimates() else replay()
