# The task of bench/analysis_speed.py with R's package survey, two ways; prints processor seconds, one name and number a line.
#
# Rscript bench/survey_speed.R FOLDER RESPONSES SHORT LONG
# FOLDER holds h, u1, d1, d2, d3 (int32), w (double) and q2 .. q23 (int8), one raw file a column, in the order of the rows.
# Reading them is not counted. SHORT and LONG: numbers of domains from whose difference the cost of svyby is taken.

suppressPackageStartupMessages(library(survey))
given <- commandArgs(TRUE)
folder <- given[1]
n <- as.integer(given[2])
short <- as.integer(given[3])
long <- as.integer(given[4])
ITEMS <- paste0("q", 2:23)
FACTORS <- list(1:4, 5:9, 10:15, 16:18, 19:22)
POPULATION <- 120
LEVELS <- c("d1", "d2", "d3")

column <- function(name, what, size) readBin(file.path(folder, name), what, n, size = size)
whole <- function(name) column(name, "integer", 4)
spent <- function(work) sum(system.time(work)[c("user.self", "sys.self", "user.child", "sys.child")])
tell <- function(name, number) cat(name, format(number, digits = 6), "\n")

keys <- as.data.frame(sapply(c("h", "u1", LEVELS), whole))
w <- column("w", "double", 8)
answers <- sapply(ITEMS, column, what = "integer", size = 1)

# The best way we know: rows to sums of PSU and domain once, linearised values by matrix algebra, and survey's own
# variance (svyrecvar) for each domain over the PSUs of its strata only; a stratum without it would add nothing.
frame <- unique(keys[c("h", "u1")])
frame <- frame[order(frame$h, frame$u1), ]
by_stratum <- split(seq_len(nrow(frame)), frame$h)

linearised <- function(y, x, domain) {
  totals_y <- rowsum(y, domain)
  totals_x <- rowsum(x, domain)
  place <- match(domain, as.integer(rownames(totals_y)))
  ratio <- totals_y / totals_x
  z <- (y - ratio[place, ] * x) / totals_x[place, ]
  into <- matrix(0, ncol(y), length(FACTORS) + 1)
  for (f in seq_along(FACTORS)) into[FACTORS[[f]], f] <- 1 / length(FACTORS[[f]])
  into[, length(FACTORS) + 1] <- rowMeans(into[, seq_along(FACTORS)])
  list(estimate = cbind(ratio, ratio %*% into), z = cbind(z, z %*% into))
}

standard_errors <- function(z, cell, domain) {
  rows <- split(seq_along(domain), domain)
  strata <- frame$h[match(cell, frame$u1)]
  t(sapply(rows, function(own) {
    units <- unlist(by_stratum[as.character(unique(strata[own]))], use.names = FALSE)
    sums <- matrix(0, length(units), ncol(z))
    sums[match(cell[own], frame$u1[units]), ] <- z[own, ]
    drawn <- tabulate(match(frame$h[units], unique(frame$h[units])))[match(frame$h[units], unique(frame$h[units]))]
    fpc <- list(popsize = matrix(POPULATION, length(units), 1), sampsize = matrix(drawn, length(units), 1))
    sqrt(diag(svyrecvar(sums, frame[units, "u1", drop = FALSE], frame[units, "h", drop = FALSE], fpc)))
  }))
}

best_way <- function() {
  valid <- answers <= 5L
  weighted <- cbind(w * (valid & answers >= 4L), w * valid)
  lapply(setNames(LEVELS, LEVELS), function(level) {
    group <- as.numeric(keys$u1) * 10000 + keys[[level]]
    sums <- rowsum(weighted, group)
    cell <- as.numeric(rownames(sums))
    domain <- as.integer(cell %% 10000)
    found <- linearised(sums[, seq_along(ITEMS)], sums[, -seq_along(ITEMS)], domain)
    list(estimate = found$estimate, se = standard_errors(found$z, as.integer(cell %/% 10000), domain))
  })
}

tell("best", spent(found <- best_way()))
for (level in LEVELS) {
  writeBin(c(t(found[[level]]$estimate), t(found[[level]]$se)), file.path(folder, paste0(level, ".found")))
}
rm(found)

# The idiom: svyby with svyratio for every statistic and level. What one more domain costs is measured, for an item and
# for a factor as one pooled ratio, and multiplied; making the design is counted once.
if (long > 0) {
  d <- cbind(keys, w = w, N = POPULATION)
  valid <- answers <= 5L
  d$s1 <- as.numeric(valid[, 1] & answers[, 1] >= 4L)
  d$v1 <- as.numeric(valid[, 1])
  d$s2 <- rowSums(valid[, FACTORS[[1]]] & answers[, FACTORS[[1]]] >= 4L)
  d$v2 <- rowSums(valid[, FACTORS[[1]]])
  total <- spent(design <- svydesign(id = ~u1, strata = ~h, weights = ~w, fpc = ~N, data = d))
  one_more <- function(level, numerator, denominator) {
    costs <- sapply(c(short, long), function(size) {
      some <- sort(unique(d[[level]]))[seq_len(size)]
      design$variables$by <- ifelse(d[[level]] %in% some, d[[level]], -1L)  # one domain more: all others
      spent(svyby(numerator, ~by, denominator = denominator, design = design, FUN = svyratio))
    })
    diff(costs) / (long - short)
  }
  for (level in LEVELS) {
    domains <- length(unique(d[[level]]))
    item <- one_more(level, ~s1, ~v1)
    factor <- one_more(level, ~s2, ~v2)
    tell(paste0("svyby_", level), (item + factor) / 2)
    total <- total + domains * (length(ITEMS) * item + (length(FACTORS) + 1) * factor)
  }
  tell("idiom", total)
}
