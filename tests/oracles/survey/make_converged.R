# Usage: Rscript make_converged.R     (Debian 12: r-base-core r-cran-survey r-cran-jsonlite)
# The quasi-binomial and quasi-Poisson cases of reference.json again, iterated to convergence: glm()'s default
# epsilon of 1e-8 in the deviance leaves the standard errors of reference.json up to 4e-7 from their limit.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data(api)
pt99 <- c(`(Intercept)`=6194, stypeH=755, stypeM=1018, api99=3914069)
dsrs <- svydesign(id=~1, fpc=~fpc, weights=~pw, data=apisrs)
dstrat <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc)
dclus1 <- svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc)
dclus1_lin <- calibrate(dclus1, ~stype+api99, pt99)
rclus1 <- as.svrepdesign(dclus1)
control <- list(epsilon=1e-15, maxit=100)
fit <- function(f, d, family) { o <- svyglm(f, design=d, family=family, control=control); s <- summary(o)
  list(est=unname(coef(o)), se=unname(SE(o)), t=unname(s$coefficients[,3]), p=unname(s$coefficients[,4]), df_resid=o$df.residual) }
out <- list()
for (d in c("dsrs","dstrat","dclus1","dclus1_lin","rclus1")) {
  out[[paste0("logit.", d)]] <- fit(I(comp.imp=='Yes')~ell+meals+stype, get(d), quasibinomial())
  out[[paste0("pois.", d)]] <- fit(api.stu~enroll, get(d), quasipoisson()) }
out[["logit.sub"]] <- fit(I(comp.imp=='Yes')~meals, subset(dclus1, stype=='E'), quasibinomial())
write_json(list(generator=list(R=R.version.string, survey=as.character(packageVersion("survey"))), cases=out),
           "reference_converged.json", digits=NA, auto_unbox=TRUE, pretty=TRUE)
