// graphql-js checks every object for duplicate installs unless NODE_ENV is production: a fifth of the time. Imported
// first, because it reads the variable when it is loaded.
process.env.NODE_ENV ??= 'production';
